import { compose, docker } from './compose.js';

interface Service {
  image: string;
  build?: object;
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  mem_limit?: string;
  ports?: { host_ip?: string }[];
}

let services: [string, Service][];
beforeAll(async () => {
  const config = JSON.parse(await compose('--profile', '*', 'config', '--format', 'json'));
  services = Object.entries<Service>(config.services);
});

const isBuilt = ({ image }: Service) => image.startsWith(`${process.env.COMPOSE_PROJECT_NAME}-`);
const namesOf = (breaks: (service: Service) => boolean) =>
  services.filter(([, service]) => breaks(service)).map(([name]) => name);

describe('the compose file', () => {
  it('limits the memory of every container', () => {
    expect(services.length).toBeGreaterThan(15);
    expect(namesOf(({ mem_limit }) => !mem_limit)).toEqual([]);
  });

  it('publishes on 127.0.0.1 only', () => {
    expect(namesOf(({ ports = [] }) => ports.some(({ host_ip }) => host_ip !== '127.0.0.1'))).toEqual([]);
  });

  it('names a version of every public image', () => {
    expect(namesOf((service) => !isBuilt(service) && !/:[v\d]/.test(service.image))).toEqual([]);
  });

  it('gives application services and nginx no file system to write to and no rights', () => {
    const isConfined = ({ read_only, cap_drop, security_opt }: Service) =>
      read_only && cap_drop?.includes('ALL') && security_opt?.includes('no-new-privileges:true');
    expect(
      namesOf((service) => (isBuilt(service) || service.image.startsWith('nginx:')) && !isConfined(service)),
    ).toEqual([]);
  });
});

describe('the images that we build', () => {
  it('run as an ordinary user, have a health check, and contain no secret', async () => {
    const images = services.filter(([, { build }]) => build).map(([, { image }]) => image);
    const inspected = JSON.parse(await docker('image', 'inspect', ...images)) as {
      RepoTags: string[];
      Config: { User: string; Env: string[]; Healthcheck?: object };
    }[];
    for (const { RepoTags, Config } of inspected) {
      const secrets = Config.Env.filter((variable) => /PASSWORD|TOKEN|_URL/.test(variable));
      expect({ RepoTags, user: Config.User, healthcheck: Config.Healthcheck !== undefined, secrets }).toEqual({
        RepoTags,
        user: 'node',
        healthcheck: true,
        secrets: [],
      });
    }
  });
});
