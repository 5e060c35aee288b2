import { dto } from './dto.js';
import { type Infer, object, optional } from './shape.js';
import { text } from './values.js';

const versionShape = object({ Version: text, Vendor: optional(text) });
const statisticsShape = object({ keyStoreStatistics: text });

export interface VersionInfo extends Infer<typeof versionShape> {}
export interface KeystoreStatistics extends Infer<typeof statisticsShape> {}

export const versionDto = dto<VersionInfo>('version', versionShape);
export const statisticsDto = dto<KeystoreStatistics>('statistics', statisticsShape);
