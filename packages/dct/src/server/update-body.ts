import type { PublishedFile } from './notary-server.js';

/** The multipart body of an update (`dct.md` §6.1): names of roles as file names, slashes and all. */
export async function updateBody(
  files: readonly PublishedFile[],
): Promise<{ readonly body: Uint8Array; readonly contentType: string }> {
  const form = new FormData();
  for (const { role, bytes } of files) form.append('files', new Blob([bytes as Uint8Array<ArrayBuffer>]), role);
  const { headers, ...encoded } = encode(form);
  return { body: new Uint8Array(await encoded.body), contentType: headers };
}

function encode(form: FormData): { readonly headers: string; readonly body: Promise<ArrayBuffer> } {
  const response = new Response(form);
  return { headers: response.headers.get('content-type') ?? '', body: response.arrayBuffer() };
}
