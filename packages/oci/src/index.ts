export { decodeDescriptor, sameContent } from './descriptor.js';
export * from './digest.js';
export * from './limits.js';
export * from './manifest.js';
export * from './media-types.js';
export * from './oci.js';
export type { CredentialSource, Credentials, OciOptions } from './options.js';
export * from './reference.js';
export * from './repository.js';
