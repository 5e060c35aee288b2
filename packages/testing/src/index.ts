export * from './clock.js';
export { type MswHttp, mswHandlers } from './msw.js';
export * from './registry.js';
