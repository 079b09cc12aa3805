package io.millrace.workers.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Addresses of a name. May block. */
@FunctionalInterface
public interface AddressResolver {

  List<InetAddress> resolve(String host) throws UnknownHostException;

  /** The system's own. */
  static AddressResolver system() {
    return host -> List.of(InetAddress.getAllByName(host));
  }
}
