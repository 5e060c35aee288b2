export type { Attributes, FoundObject, MechanismInfo, ObjectHandle, TokenInfo } from './token/token-calls.js';
