/** The addresses that a host name is served on: `localhost` is both of the loopback's, whatever the hosts file says. */
export const addressesOf = (host: string): readonly string[] => (host === 'localhost' ? ['127.0.0.1', '::1'] : [host])
