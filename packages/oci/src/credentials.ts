export {
  credentialsFromDockerConfig,
  type DockerConfigOptions,
  type DockerConfigSource,
} from './credentials/docker-config.js';
export type { HelperRun, RunHelper } from './credentials/helper.js';
