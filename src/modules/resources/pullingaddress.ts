import { type LookupAddress, lookup } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { text } from '../../kernel/text.ts'
import { PullError } from './pullingmodel.ts'

/** Networks of IPv4 that are nobody's public server: own, private, shared, link-local, metadata, reserved, multicast. */
const closed = new BlockList()
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  closed.addSubnet(network, bits, 'ipv4')

/** Of IPv6 only what is given to the public is open; what carries an IPv4 address inside it is not. */
const open6 = new BlockList()
open6.addSubnet('2000::', 3, 'ipv6')
const closed6 = new BlockList()
for (const [network, bits] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  closed6.addSubnet(network, bits, 'ipv6')

/** Whether an address is one of the public internet. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address)
  if (family === 4) return !closed.check(address, 'ipv4')
  return family === 6 && open6.check(address, 'ipv6') && !closed6.check(address, 'ipv6')
}

const bare = (host: string) => host.replace(/^\[|\]$/g, '')

/** Whether the operator's setting names this host, with its port or for every port. */
export function isNamedHost(url: URL, hosts: readonly string[]): boolean {
  const port = url.port || (url.protocol === 'https:' ? '443' : '80')
  return [url.hostname, bare(url.hostname), `${url.hostname}:${port}`].some(each => hosts.includes(each))
}

const notPublic = (host: string) =>
  new PullError(
    text(`地址“${host}”不是公网服务器，不允许访问`, `“${host}” is no server of the public internet; it is not asked`),
    text(
      '改用公网可达的 https 地址；确需访问内部地址的，请运营机构在系统设置中登记该主机。',
      'Give a public https address; where an internal one is needed, ask the operator to name the host in its settings.',
    ),
  )

/** An address that may be asked: https, or a host that the operator's setting names. @throws PullError */
export function checkedUrl(address: string, hosts: readonly string[]): URL {
  if (!URL.canParse(address))
    throw new PullError(
      text('地址无法识别', 'is no address'),
      text('填写完整的 https 地址', 'give a whole https address'),
    )
  const url = new URL(address)
  const isNamed = isNamedHost(url, hosts)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isNamed))
    throw new PullError(
      text('地址须以 https:// 开头', 'must begin with https://'),
      text('改用 https 地址', 'give its https address'),
    )
  if (url.username !== '' || url.password !== '')
    throw new PullError(
      text('地址中不能含用户名或密码', 'must not carry a user or a password'),
      text('在“访问凭据”中填写', 'give them as the credential'),
    )
  const host = bare(url.hostname)
  if (!isNamed && isIP(host) !== 0 && !isPublicAddress(host)) throw notPublic(host)
  url.hash = ''
  return url
}

/**
 * Resolves a name for one connection, which then goes to the address that was checked and to no other: a name that
 * answers something else the second time gains nothing. One closed address among several closes the name.
 */
export const guardedLookup =
  (isNamed: boolean): LookupFunction =>
  (host, options, done) =>
    lookup(host, { ...options, all: true }, (error, found: LookupAddress[]) => {
      if (error) return done(error, '')
      const isClosed = !isNamed && found.some(({ address }) => !isPublicAddress(address))
      const [first] = found
      if (isClosed || !first) return done(notPublic(host) as NodeJS.ErrnoException, '')
      return options.all ? done(null, found) : done(null, first.address, first.family)
    })
