import { join } from "node:path";
import { codegen } from "@graphql-codegen/core";
import * as operations from "@graphql-codegen/typescript-operations";
import {
  buildClientSchema,
  buildSchema,
  type DocumentNode,
  type IntrospectionQuery,
  Kind,
  lexicographicSortSchema,
  type OperationDefinitionNode,
  parse,
  print,
  printSchema,
  separateOperations,
} from "graphql";
import { AppError } from "../../service/errors.ts";
import { output } from "../lib/exec.ts";
import { ROOT } from "../lib/tools.ts";

/** Dagster's schema, in the repository, of the version that tools/dagster-example pins. */
export const SCHEMA = "service/dagster/schema.graphql";

/** The documents, and what is made of them; also those of the tests. */
export const GENERATED = [
  {
    from: "service/dagster/documents.graphql",
    to: "service/dagster/documents.ts",
    document: "./document.ts",
  },
  {
    from: "service/testing/dagster/documents.graphql",
    to: "service/testing/dagster/documents.ts",
    document: "../../dagster/document.ts",
  },
] as const;

/** The answer to the introspection query, in GraphQL's own language and in one order. */
export function schemaText(introspection: IntrospectionQuery): string {
  return `${printSchema(lexicographicSortSchema(buildClientSchema(introspection)))}\n`;
}

/**
 * The TypeScript of the documents: each as a Document typed by its variables and its answer's data. Rejects with an AppError
 * when a document does not fit the schema.
 */
export async function typesOf(schema: string, documents: string, documentModule: string): Promise<string> {
  const parsed = parse(documents, { noLocation: true });
  let made: string;
  try {
    made = await codegen({
      filename: "documents.ts",
      schema: parse(schema),
      schemaAst: buildSchema(schema),
      documents: [{ location: "documents.graphql", document: parsed }],
      config: {
        immutableTypes: true,
        mergeFragmentTypes: true,
        inlineFragmentTypes: "inline",
        enumType: "string-literal",
        disableDescriptions: true,
        defaultScalarType: "unknown",
        useTypeImports: true,
      },
      plugins: [{ operations: {} }, { constants: {} }],
      pluginMap: {
        operations,
        constants: { plugin: () => constantsOf(parsed) },
      },
    });
  } catch (error) {
    throw new AppError("invalid", `The documents do not fit ${SCHEMA}: ${error}`);
  }
  const head = `/* Made by \`make dagster-types\`. */\n\nimport type { Document } from "${documentModule}";\n\n`;
  return await formatted(head + made);
}

function constantsOf(parsed: DocumentNode): string {
  const texts = separateOperations(parsed);
  return parsed.definitions
    .filter((one): one is OperationDefinitionNode => one.kind === Kind.OPERATION_DEFINITION)
    .map(({ name, operation }) => {
      const title = name?.value ?? "";
      const type = `${title}${operation[0]?.toUpperCase()}${operation.slice(1)}`;
      const constant = `${title[0]?.toLowerCase()}${title.slice(1)}`;
      const text = texts[title];
      if (!text) throw new Error("every operation needs a name");
      return `export const ${constant}: Document<${type}Variables, ${type}> = {
        text: \`${print(text)}\`,
      };`;
    })
    .join("\n\n");
}

/** As Biome writes it, which checks all files alike. */
async function formatted(text: string): Promise<string> {
  const biome = join(ROOT, "node_modules/.bin/biome");
  return await output([biome, "format", "--stdin-file-path=documents.ts"], { cwd: ROOT, input: text });
}
