export { createTelemetry, type Telemetry, type TelemetryOptions } from './otel/create-telemetry.js';
