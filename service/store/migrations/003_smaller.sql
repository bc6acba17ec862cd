-- Contents in half of the room: a hash is 16 bytes, and a body leaves out what is in the row that refers to it.
alter table schemawatch.snapshot_object drop constraint snapshot_object_hash_fkey;
alter table schemawatch.object
  alter column hash type bytea using decode(hash, 'hex'),
  -- [name, parent, attributes] of a CatalogObject: its kind and identity are in the hash, so that those who refer to one content
  -- have the same. The parent is null, or its kind where its identity is what comes before the name in the object's own.
  alter column body type json using json_build_array(body -> 'name', body -> 'parent', body -> 'attributes');
alter table schemawatch.snapshot_object
  alter column hash type bytea using decode(hash, 'hex'),
  add constraint snapshot_object_hash_fkey foreign key (hash) references schemawatch.object;
