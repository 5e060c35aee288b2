import { dto } from './dto.js';
import { type Infer, object, optional } from './shape.js';
import { text } from './values.js';

const versionShape = object({ Version: text, Vendor: optional(text) });
const statisticsShape = object({ keyStoreStatistics: text });

/** What a server says about itself. */
export interface VersionInfo extends Infer<typeof versionShape> {}
/** Statistics of the keystore, as text for people. */
export interface KeystoreStatistics extends Infer<typeof statisticsShape> {}

/** {@link VersionInfo} on the wire. */
export const versionDto = dto<VersionInfo>('version', versionShape);
/** {@link KeystoreStatistics} on the wire. */
export const statisticsDto = dto<KeystoreStatistics>('statistics', statisticsShape);
