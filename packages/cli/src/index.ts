export type { BackendFactory, OpenOptions } from './notation/backends.js';
export type { Pkcs11Settings } from './notation/pkcs11-settings.js';
export { createSecurosysPlugin, type SecurosysPluginOptions } from './notation/securosys-plugin.js';
export type { Settings } from './notation/settings.js';
export type { TsbSettings } from './notation/tsb-settings.js';
