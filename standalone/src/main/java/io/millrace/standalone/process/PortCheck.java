package io.millrace.standalone.process;

import io.millrace.bootstrap.ConfigException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Looks before a port is taken, to say which option names it instead of failing deep inside a
 * server.
 */
final class PortCheck {

  private static final Duration PAUSE = Duration.ofMillis(50);

  private PortCheck() {}

  /**
   * Returns when the port can be had; 0 always can.
   *
   * @param name what the user calls it, such as {@code --port or http.port}
   * @param patience how long a process on its way out may still hold it
   */
  static void free(String host, int port, String name, Duration patience) {
    long giveUpAt = System.nanoTime() + patience.toNanos();
    while (!isFree(host, port)) {
      if (System.nanoTime() - giveUpAt > 0) {
        throw new ConfigException(
            "port %d is in use on %s; choose another with %s, 0 takes any free one"
                .formatted(port, host, name));
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }

  private static boolean isFree(String host, int port) {
    if (port == 0) {
      return true;
    }
    try (var socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(host, port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
