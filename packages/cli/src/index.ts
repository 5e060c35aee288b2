export type { BackendFactory, BackendSettings, OpenOptions } from './backends/backends.js';
export type { Pkcs11Settings } from './backends/pkcs11-settings.js';
export type { TsbSettings } from './backends/tsb-settings.js';
export { createSecurosysPlugin, type SecurosysPluginOptions } from './notation/securosys-plugin.js';
export type { Settings } from './notation/settings.js';
