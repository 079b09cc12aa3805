package io.millrace.workers;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Where a URL that a client chose may lead: a callback, an image. It must not become a way to reach
 * what only this machine can: https only, and only addresses of the public internet, unless the
 * operator allows private networks. Names are judged by the addresses they resolve to, and the
 * caller connects to the very address that was judged.
 */
public final class AddressPolicy {

  private static final List<Block> FORBIDDEN =
      List.of(
          Block.of("0.0.0.0", 8),
          Block.of("10.0.0.0", 8),
          Block.of("100.64.0.0", 10),
          Block.of("127.0.0.0", 8),
          Block.of("169.254.0.0", 16),
          Block.of("172.16.0.0", 12),
          Block.of("192.0.0.0", 24),
          Block.of("192.0.2.0", 24),
          Block.of("192.88.99.0", 24),
          Block.of("192.168.0.0", 16),
          Block.of("198.18.0.0", 15),
          Block.of("198.51.100.0", 24),
          Block.of("203.0.113.0", 24),
          Block.of("224.0.0.0", 4),
          Block.of("240.0.0.0", 4),
          // Only 2000::/3 is global unicast; within it these lead elsewhere or carry IPv4
          // addresses.
          Block.of("2001::", 23),
          Block.of("2001:db8::", 32),
          Block.of("2002::", 16),
          Block.of("3fff::", 20));
  private static final Block GLOBAL_UNICAST = Block.of("2000::", 3);

  private final boolean allowPrivateNetworks;

  public AddressPolicy(boolean allowPrivateNetworks) {
    this.allowPrivateNetworks = allowPrivateNetworks;
  }

  /** What a URL means, or why it is forbidden. */
  public sealed interface Destination {

    /** May be resolved. */
    record Allowed(String host, int port, boolean isTls, String pathAndQuery)
        implements Destination {}

    record Forbidden(String why) implements Destination {}
  }

  /** Judges the URL as it is written. */
  public Destination judge(String url) {
    URI uri;
    try {
      uri = new URI(url);
    } catch (URISyntaxException e) {
      return new Destination.Forbidden("not a URL");
    }
    var scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    boolean isTls = scheme.equals("https");
    if (!isTls && !(allowPrivateNetworks && scheme.equals("http"))) {
      return new Destination.Forbidden("not https");
    }
    var host = uri.getHost();
    if (host == null || uri.getRawUserInfo() != null) {
      return new Destination.Forbidden(host == null ? "no host" : "names a user");
    }
    int port = uri.getPort() == -1 ? (isTls ? 443 : 80) : uri.getPort();
    var path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    var query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
    return new Destination.Allowed(withoutBrackets(host), port, isTls, path + query);
  }

  /** True when a connection to the address may be made. */
  public boolean allows(InetAddress address) {
    if (allowPrivateNetworks) {
      return !address.isMulticastAddress() && !address.isAnyLocalAddress();
    }
    boolean isUnicast = address instanceof Inet4Address || GLOBAL_UNICAST.contains(address);
    return isUnicast && FORBIDDEN.stream().noneMatch(block -> block.contains(address));
  }

  private static String withoutBrackets(String host) {
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  /** Addresses that begin with the same bits. */
  private static final class Block {
    private final byte[] prefix;
    private final int bits;

    private Block(byte[] prefix, int bits) {
      this.prefix = prefix;
      this.bits = bits;
    }

    static Block of(String literal, int bits) {
      try {
        return new Block(InetAddress.getByName(literal).getAddress(), bits);
      } catch (UnknownHostException e) {
        throw new IllegalStateException("not an address literal: " + literal, e);
      }
    }

    boolean contains(InetAddress address) {
      var other = address.getAddress();
      int whole = bits / 8;
      if (other.length != prefix.length || !Arrays.equals(other, 0, whole, prefix, 0, whole)) {
        return false;
      }
      int rest = bits % 8;
      int mask = 0xff << (8 - rest) & 0xff;
      return rest == 0 || (other[whole] & mask) == (prefix[whole] & mask);
    }
  }
}
