export { type PackOptions, packFolder } from './pack/pack-folder.js';
