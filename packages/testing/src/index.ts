export * from './clock.js';
export * from './registry.js';
