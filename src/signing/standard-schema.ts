import type { SchemaIssue } from "../errors.ts";

/*
 * The part of Standard Schema version 1 (https://standardschema.dev) that is used here. Schemas of
 * zod, valibot and arktype follow it, so none of these packages is imported.
 */

/** The result of validating: a value, or the issues. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/** A schema of any library that follows Standard Schema, such as `z.object({ id: z.number() })`. */
export interface StandardSchema<Output = unknown> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined;
  };
}
