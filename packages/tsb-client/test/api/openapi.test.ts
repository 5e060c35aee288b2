import { openApiDocument } from '@securosys/tsb-client/api';
import { beforeAll, describe, expect, it } from 'vitest';

interface Operation {
  readonly requestBody?: {
    readonly content: Record<string, { readonly schema: { readonly properties?: object; readonly required?: string[] } }>;
  };
  readonly responses: Record<string, unknown>;
}

describe('the API description', () => {
  let paths: Record<string, Record<string, Operation>>;
  beforeAll(async () => {
    ({ paths } = (await openApiDocument()) as unknown as { paths: typeof paths });
  });

  it('has the members of a body and says which are required and that no other is taken', () => {
    const create = paths['/v1/key']?.post;
    const schema = create?.requestBody?.content['application/json']?.schema;
    expect(Object.keys(schema?.properties ?? {})).toEqual(expect.arrayContaining(['label', 'algorithm', 'curveOid', 'policy']));
    expect(schema?.required).toEqual(['label', 'attributes']);
    expect(schema).toMatchObject({ additionalProperties: false });
    expect(Object.keys(create?.responses ?? {})).toEqual(['201', 'default']);
  });

  it('has each method of a path, its parameters, and files as files', () => {
    expect(Object.keys(paths['/v1/request/{id}'] ?? {}).sort()).toEqual(['delete', 'get']);
    expect(JSON.stringify(paths['/v1/key/keyAttestation']?.post?.responses)).toContain('"format":"binary"');
    expect(Object.keys(paths['/v1/fileEncrypt']?.post?.requestBody?.content ?? {})).toEqual(['multipart/form-data']);
  });
});
