package io.millrace.schemas.config;

import static io.millrace.schemas.config.Checks.check;
import static io.millrace.schemas.config.Checks.orDefault;
import static io.millrace.schemas.config.Checks.portInRange;

import com.fasterxml.jackson.annotation.JsonCreator;
import org.jspecify.annotations.Nullable;

/**
 * Where ingress listens.
 *
 * @param host address to bind; default 127.0.0.1
 * @param port port of the client face; 0 takes any free one; default 8080
 * @param managementPort port of livez, readyz and metrics; 0 takes any free one; default 8090
 * @param bodyMaxBytes largest request body in bytes, beyond it 413; default 16777216
 */
public record HttpConfig(String host, int port, int managementPort, int bodyMaxBytes) {

  public HttpConfig {
    portInRange(port, "http.port");
    portInRange(managementPort, "http.managementPort");
    check(
        bodyMaxBytes > 0 && bodyMaxBytes <= 16 * 1024 * 1024,
        "http.bodyMaxBytes must be between 1 and 16777216: " + bodyMaxBytes);
  }

  @JsonCreator
  static HttpConfig of(
      @Nullable String host,
      @Nullable Integer port,
      @Nullable Integer managementPort,
      @Nullable Integer bodyMaxBytes) {
    return new HttpConfig(
        orDefault(host, "127.0.0.1"),
        orDefault(port, 8080),
        orDefault(managementPort, 8090),
        orDefault(bodyMaxBytes, 16 * 1024 * 1024));
  }

  /** What holds where the file says nothing. */
  public static HttpConfig defaults() {
    return of(null, null, null, null);
  }
}
