export type { BackendFactory, OpenOptions } from './notation/backends.js';
export { createSecurosysPlugin, type SecurosysPluginOptions } from './notation/securosys-plugin.js';
export type { Settings } from './notation/settings.js';
