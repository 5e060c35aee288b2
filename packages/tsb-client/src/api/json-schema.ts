/** What describes validators as JSON Schema. A file of its own, so that only the API description loads it. */
export { toJSONSchema } from 'zod/v4/core';
