/** Where doors listen: nothing of the tenant can be reached from another machine. */
export type Loopback = '127.0.0.1' | '::1';

export const LOOPBACK: Loopback = '127.0.0.1';

/** In a URL. By name where it is what the name stands for everywhere: `localhost` may or may not be ::1 too. */
export const hostInUrl = (host: Loopback): string => (host === '::1' ? '[::1]' : 'localhost');
