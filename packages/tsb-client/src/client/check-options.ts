import { invalidArgument, knownOptions } from '@securosys/core';
import { authMembers } from '../http/login.js';
import { checkPemSource } from '../http/tls.js';
import { checkApplicationKey } from '../request-signing/application-key.js';
import {
  checkFunctions,
  checkObject,
  checkPositive,
  clientOptionNames,
  clockFunctions,
  loggerFunctions,
  type TsbClientOptions,
} from './options.js';

/** Options that tell the default transport how to connect, and mean nothing to a `fetch` that was handed in. */
function checkTransport({ auth, fetch, ca, proxy }: TsbClientOptions): void {
  if (proxy !== undefined && proxy !== 'environment') checkObject('proxy', proxy);
  if (fetch === undefined) return;
  if (typeof fetch !== 'function') invalidArgument('fetch must be a function');
  const idle = Object.entries({ ca, proxy }).find(([, value]) => value !== undefined)?.[0];
  const name = auth.type === 'certificate' ? 'a certificate' : idle;
  if (name !== undefined) invalidArgument(`${name} has no effect on a fetch of the caller's own: configure it there`);
}

function checkAuth(auth: TsbClientOptions['auth']): void {
  checkObject('auth', auth);
  const types = Object.keys(authMembers);
  if (typeof auth.type !== 'string' || !types.includes(auth.type))
    invalidArgument(`auth.type must be one of ${types.join(', ')}`);
  knownOptions('auth', auth, authMembers[auth.type]);
  if (auth.type !== 'certificate') return;
  checkPemSource(auth.certificate, 'certificate');
  checkPemSource(auth.privateKey, 'privateKey');
}

/** Refuses the parts of client options that have a wrong type. Other credentials check themselves where they are held. */
export function checkClientOptions(options: TsbClientOptions): void {
  checkObject('options of createTsbClient', options);
  knownOptions('createTsbClient', options, clientOptionNames);
  const { url, auth, apiKeys, applicationKey, clock, random, timeoutMs, retries, logger, allowHttp } = options;
  if (typeof url !== 'string' && !(url instanceof URL)) invalidArgument('url must be text or a URL');
  checkAuth(auth);
  checkTransport(options);
  if (apiKeys !== undefined) checkObject('apiKeys', apiKeys);
  if (applicationKey !== undefined) checkApplicationKey(applicationKey);
  if (random !== undefined && typeof random !== 'function') invalidArgument('random must be a function');
  checkFunctions('clock', clock, clockFunctions);
  checkFunctions('logger', logger, loggerFunctions);
  if (allowHttp !== undefined && typeof allowHttp !== 'boolean') invalidArgument('allowHttp must be true or false');
  if (timeoutMs !== undefined) checkPositive('timeoutMs', timeoutMs, 2 ** 31 - 1);
  if (options.maxResponseBytes !== undefined) checkPositive('maxResponseBytes', options.maxResponseBytes, 2 ** 30);
  if (options.maxConcurrency !== undefined) checkPositive('maxConcurrency', options.maxConcurrency, 10_000);
  if (retries !== undefined && (!Number.isInteger(retries) || retries < 0 || retries > 10))
    invalidArgument('retries must be a whole number from 0 to 10');
}
