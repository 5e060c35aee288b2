/** What callers may ask for. */
export interface AskedImage {
  readonly image: string;
  readonly formats?: readonly ('notation-jws' | 'notation-cose' | 'cosign')[];
  readonly reason?: string;
}

/** JSON Schema of {@link AskedImage}. `oci:…` names a folder of the server: no caller reaches its files. */
export const askedImage = {
  type: 'object',
  required: ['image'],
  additionalProperties: false,
  properties: {
    image: { type: 'string', maxLength: 512, pattern: '^(?!oci:)[a-z0-9[][^\\s]*$' },
    formats: {
      type: 'array',
      minItems: 1,
      maxItems: 3,
      uniqueItems: true,
      items: { enum: ['notation-jws', 'notation-cose', 'cosign'] },
    },
    reason: { type: 'string', minLength: 1, maxLength: 200 },
  },
} as const;

/** JSON Schema of the id of a request. */
export const requestId = {
  type: 'object',
  required: ['id'],
  properties: { id: { type: 'string', pattern: '^[0-9a-f]{64}$' } },
} as const;
