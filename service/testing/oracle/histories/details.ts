import { type History, history } from "../history.ts";

/** What CREATE AGGREGATE, TYPE, OPERATOR CLASS and ROLE take besides the usual. */
export const DETAILS: readonly History[] = [
  history(
    "every part of an aggregate",
    ["aggregate", "role"],
    `
create function step(internal, int) returns internal language internal as 'int4_avg_accum'
create function done(internal, int) returns numeric language internal as 'numeric_poly_avg'
create function merged(internal, internal) returns internal language internal as 'numeric_poly_combine'
create function written(internal) returns bytea language internal strict as 'numeric_poly_serialize'
create function read_again(bytea, internal) returns internal language internal strict as 'numeric_poly_deserialize'
create aggregate a (int) (sfunc = step, stype = internal, finalfunc = done, finalfunc_extra)
create or replace aggregate a (int) (sfunc = step, stype = internal, sspace = 64, finalfunc = done, finalfunc_extra)
create or replace aggregate a (int) (sfunc = step, stype = internal, finalfunc = done, finalfunc_extra, finalfunc_modify = shareable)
create or replace aggregate a (int) (sfunc = step, stype = internal, finalfunc = done, finalfunc_extra, combinefunc = merged)
create or replace aggregate a (int) (sfunc = step, stype = internal, finalfunc = done, finalfunc_extra, combinefunc = merged,
  serialfunc = written, deserialfunc = read_again)
create or replace aggregate a (int) (sfunc = step, stype = internal, finalfunc = done, finalfunc_extra, parallel = restricted)
create or replace aggregate a (int) (sfunc = step, stype = internal, finalfunc = done, finalfunc_extra,
  msfunc = step, minvfunc = step, mstype = internal, mfinalfunc = done, mfinalfunc_extra)
create or replace aggregate a (int) (sfunc = step, stype = internal, finalfunc = done, finalfunc_extra,
  msfunc = step, minvfunc = step, mstype = internal, msspace = 32, mfinalfunc = done, mfinalfunc_extra, mfinalfunc_modify = read_write)
create aggregate m (int) (sfunc = int4larger, stype = int, sortop = >)
create or replace aggregate m (int) (sfunc = int4larger, stype = int, initcond = '0', sortop = >)
create aggregate o (float8 order by float8) (sfunc = ordered_set_transition, stype = internal, finalfunc = percentile_cont_float8_final)
create aggregate h (variadic "any" order by variadic "any") (sfunc = ordered_set_transition_multi, stype = internal,
  finalfunc = rank_final, finalfunc_extra, hypothetical)
create role @_r
grant execute on function m(int) to @_r
revoke execute on function m(int) from public
drop aggregate h (variadic "any" order by variadic "any")
drop function step(internal, int) cascade`,
  ),
  history(
    "every part of a base type",
    ["base type", "role"],
    `
create type b
create function b_in(cstring, oid, int) returns b language internal immutable strict as 'array_in'
create function b_out(b) returns cstring language internal immutable strict as 'array_out'
create type b (input = b_in, output = b_out, internallength = variable, alignment = double, storage = extended, delimiter = ';')
alter type b set (storage = external)
alter type b set (analyze = array_typanalyze)
alter type b set (analyze = none)
alter type b set (typmod_in = varchartypmodin, typmod_out = varchartypmodout)
alter type b set (subscript = raw_array_subscript_handler)
create role @_r
grant usage on type b to @_r
alter type b owner to @_r
create schema @_s
alter type b set schema @_s
drop type @_s.b cascade`,
  ),
  history(
    "operator classes of every access method",
    ["operator class", "operator family", "operator"],
    `
create operator class g for type anyrange using gist as
  operator 1 << (anyrange, anyrange), operator 3 && (anyrange, anyrange), function 1 range_gist_consistent (internal, anyrange, smallint, oid, internal),
  function 2 range_gist_union (internal, internal), function 5 range_gist_penalty (internal, internal, internal),
  function 6 range_gist_picksplit (internal, internal), function 7 range_gist_same (anyrange, anyrange, internal)
create operator class p for type point using gist as operator 1 <<,
  operator 15 <-> (point, point) for order by float_ops, function 1 gist_point_consistent (internal, point, smallint, oid, internal),
  function 2 gist_box_union (internal, internal), function 3 gist_point_compress (internal), function 5 gist_box_penalty (internal, internal, internal),
  function 6 gist_box_picksplit (internal, internal), function 7 gist_box_same (box, box, internal),
  function 8 gist_point_distance (internal, point, smallint, oid, internal), storage box
create operator class n for type int4 using brin as operator 1 <, function 1 brin_minmax_opcinfo (internal),
  function 2 brin_minmax_add_value (internal, internal, internal, internal), function 3 brin_minmax_consistent (internal, internal, internal),
  function 4 brin_minmax_union (internal, internal, internal)
alter operator family g using gist add operator 6 -|- (anyrange, anyrange)
alter operator family g using gist drop operator 6 (anyrange, anyrange)
alter operator family p using gist drop function 8 (point, point)
alter operator family n using brin add operator 2 <= (int4, int8)
create schema @_s
alter operator class p using gist set schema @_s
17+ create function eq(int4, int8) returns bool language sql immutable as 'select true'
17+ create operator === (leftarg = int4, rightarg = int8, function = eq)
17+ create function eq(int8, int4) returns bool language sql immutable as 'select true'
17+ create operator === (leftarg = int8, rightarg = int4, function = eq)
17+ alter operator === (int4, int8) set (commutator = ===, hashes, merges)
drop operator class g using gist
drop operator family n using brin cascade`,
  ),
  history(
    "memberships of memberships",
    ["role"],
    `
create role @_group
create role @_lead
create role @_member noinherit
create role @_heir
grant @_group to @_lead with admin option
grant @_group to @_member, @_heir
16+ grant @_group to @_heir granted by @_lead
16+ grant @_group to @_heir with admin true granted by @_lead
16+ grant @_group to @_member with inherit true
16+ revoke set option for @_group from @_member
alter role @_member inherit
alter role @_heir noinherit
alter role @_heir rename to @_h
16+ revoke @_group from @_lead cascade
grant pg_read_all_data, pg_signal_backend to @_h
grant @_group to pg_monitor
revoke @_group from pg_monitor
alter role @_h valid until '2031-05-01 12:00:00+02'
alter role @_h set app.jwt_secret = 'x'
alter role @_h reset app.jwt_secret
drop role @_h, @_member`,
  ),
];
