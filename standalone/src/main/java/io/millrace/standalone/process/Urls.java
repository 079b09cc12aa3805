package io.millrace.standalone.process;

/** URLs of what listens here, as a client on this machine calls them. */
final class Urls {

  private Urls() {}

  /** An address that means every interface is none to call; loopback is one of them. */
  static String http(String host, int port) {
    var callable =
        switch (host) {
          case "0.0.0.0" -> "127.0.0.1";
          case "::" -> "[::1]";
          default -> host.contains(":") ? "[" + host + "]" : host;
        };
    return "http://" + callable + ":" + port;
  }
}
