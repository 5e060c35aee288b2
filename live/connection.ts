import { readFileSync } from 'node:fs';
import { createTsbClient, type TsbClient, type TsbClientOptions } from '@securosys/tsb-client';

/** The system under test. */
export interface Connection {
  readonly what: string;
  readonly client: TsbClient;
  /** The same without any API key, where API keys are in use. */
  readonly keyless: TsbClient | undefined;
  readonly emulated: boolean;
  close(): Promise<void>;
}

const { env } = process;

function authOfEnvironment(): TsbClientOptions['auth'] {
  const { TSB_TOKEN: token, TSB_CLIENT_CERTIFICATE: certificate, TSB_CLIENT_KEY: privateKey } = env;
  if (certificate && privateKey)
    return {
      type: 'certificate',
      certificate: readFileSync(certificate, 'utf8'),
      privateKey: () => readFileSync(privateKey, 'utf8'),
      ...(token && { token }),
    };
  return token ? { type: 'token', token } : { type: 'none' };
}

const roleVariables = {
  keyManagement: 'TSB_KEY_MANAGEMENT_TOKEN',
  keyOperation: 'TSB_KEY_OPERATION_TOKEN',
  approver: 'TSB_APPROVER_TOKEN',
  service: 'TSB_SERVICE_TOKEN',
  approverKeyManagement: 'TSB_APPROVER_KEY_MANAGEMENT_TOKEN',
} as const;

function apiKeysOfEnvironment(): NonNullable<TsbClientOptions['apiKeys']> {
  return Object.fromEntries(
    Object.entries(roleVariables).flatMap(([role, variable]) => (env[variable] ? [[role, env[variable]]] : [])),
  );
}

/** `TSB_URL` names a real TSB; without it the emulator is started on a port of its own. */
export async function connect(): Promise<Connection> {
  const { TSB_URL: url, TSB_CA: ca } = env;
  if (url) {
    const apiKeys = apiKeysOfEnvironment();
    const common = { url, auth: authOfEnvironment(), ...(ca && { ca: readFileSync(ca, 'utf8') }) };
    const client = createTsbClient({ ...common, apiKeys });
    const keyless = Object.keys(apiKeys).length > 0 ? createTsbClient(common) : undefined;
    const close = async () => {
      await client.close();
      await keyless?.close();
    };
    return { what: new URL(url).host, client, keyless, emulated: false, close };
  }
  const { startTsbEmulator } = await import('@securosys/tsb-emulator');
  const names = ['keyManagement', 'keyOperation', 'approver', 'service', 'approverKeyManagement'] as const;
  const apiKeys = Object.fromEntries(names.map((role) => [role, [`live-${role}-key-0123456789`]]));
  const emulator = await startTsbEmulator({ apiKeys });
  const common = { url: emulator.url, auth: { type: 'token', token: emulator.token } } as const;
  const single = Object.fromEntries(names.map((role) => [role, `live-${role}-key-0123456789`]));
  const client = createTsbClient({ ...common, apiKeys: single });
  const keyless = createTsbClient(common);
  const close = async () => {
    await client.close();
    await keyless.close();
    await emulator.close();
  };
  return { what: 'the emulator (TSB_URL is not set)', client, keyless, emulated: true, close };
}
