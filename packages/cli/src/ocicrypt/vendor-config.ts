import { invalidArgument, type JsonObject, utf8Text } from '@securosys/core';
import { textOf } from '../config/setting-values.js';
import { type FileCare, readNamedFile } from '../files/read-file.js';

/** A key on the command line: base64 of DER, or the path of a file that holds that or PEM. */
async function keyText(value: string | undefined, what: string, care: FileCare): Promise<string | undefined> {
  if (value === undefined || !/^([/\\]|[A-Za-z]:[/\\])/.test(value)) return value;
  const text = utf8Text(await readNamedFile(value, what, care), what);
  return text.replace(/-----[A-Z0-9 ]+-----/g, '');
}

/**
 * What the closed plugin is told by its arguments, as a configuration of ours (`ocicrypt.md` §13). Its secrets stand on the command line,
 * where `ocicrypt.conf` puts them and every user of the machine can read them: our own configuration has a place for each.
 * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_NOT_FOUND` and `ERR_STORE` for files
 */
export async function vendorConfig(flags: JsonObject): Promise<JsonObject> {
  const cipher = textOf(flags, 'cipher-algorithm') ?? 'RSA';
  if (cipher.toUpperCase() !== 'RSA') invalidArgument('-cipher-algorithm is RSA');
  const [url, auth] = [textOf(flags, 'tsb-api-endpoint'), textOf(flags, 'auth')];
  if (url === undefined) return invalidArgument('-tsb-api-endpoint is missing');
  const operationToken = textOf(flags, 'keyOperationToken');
  const [publicKey, privateKey] = [
    await keyText(textOf(flags, 'publicKey'), '-publicKey', 'any'),
    await keyText(textOf(flags, 'privateKey'), '-privateKey', 'private'),
  ];
  const text = (name: string) => {
    const value = textOf(flags, name);
    return value === undefined ? {} : { [name]: value };
  };
  return {
    restApi: url,
    ...(auth !== undefined && { authType: auth.toUpperCase() }),
    ...text('token'),
    ...text('certpath'),
    ...text('keypath'),
    ...(operationToken !== undefined && { apiKeys: { KeyOperationToken: [operationToken] } }),
    ...(privateKey !== undefined && { applicationKeyPair: { privateKey, ...(publicKey !== undefined && { publicKey }) } }),
  };
}
