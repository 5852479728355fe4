import { z } from 'zod';
import type { JsonSchema } from './breaking-changes.js';
import type { Contract } from './contract.js';

/** The body as JSON Schema, as it is sent. Unknown properties are allowed: schemas grow, and readers pass over them. */
export function jsonSchemaOf({ schema }: Contract, target: 'draft-2020-12' | 'draft-7' = 'draft-2020-12'): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    target,
    override({ jsonSchema }) {
      delete jsonSchema.additionalProperties;
      // A format says it already, and zod's patterns for formats change with zod.
      if (jsonSchema.format) delete jsonSchema.pattern;
    },
  });
  return rest as JsonSchema;
}
