package io.millrace.schemas.config;

import static io.millrace.schemas.config.Checks.check;
import static io.millrace.schemas.config.Checks.orDefault;
import static io.millrace.schemas.config.Checks.portInRange;

import com.fasterxml.jackson.annotation.JsonCreator;
import org.jspecify.annotations.Nullable;

/**
 * Which schema registry to use: one of our own as a child process, or any that speaks Confluent's
 * REST API.
 *
 * @param embedded true starts one beside the broker; default true
 * @param port its port; 0 takes any free one; default 8081
 * @param url base URL of an existing registry; needed when embedded is false
 * @param user HTTP Basic user; default none
 * @param password HTTP Basic password; default none
 */
public record SchemaRegistryConfig(
    boolean embedded, int port, String url, String user, String password) {

  /** Hides the password. */
  @Override
  public String toString() {
    return "SchemaRegistryConfig[embedded=" + embedded + ", port=" + port + ", url=" + url + "]";
  }

  public SchemaRegistryConfig {
    portInRange(port, "schemaRegistry.port");
    check(
        embedded || !url.isEmpty(),
        "schemaRegistry.url is needed when schemaRegistry.embedded is false");
  }

  @JsonCreator
  static SchemaRegistryConfig of(
      @Nullable Boolean embedded,
      @Nullable Integer port,
      @Nullable String url,
      @Nullable String user,
      @Nullable String password) {
    return new SchemaRegistryConfig(
        orDefault(embedded, true),
        orDefault(port, 8081),
        orDefault(url, ""),
        orDefault(user, ""),
        orDefault(password, ""));
  }

  /** What holds where the file says nothing. */
  public static SchemaRegistryConfig defaults() {
    return of(null, null, null, null, null);
  }
}
