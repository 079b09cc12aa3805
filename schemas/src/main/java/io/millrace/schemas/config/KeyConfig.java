package io.millrace.schemas.config;

import static io.millrace.schemas.config.Checks.check;
import static io.millrace.schemas.config.Checks.orDefault;
import static io.millrace.schemas.config.Checks.required;

import com.fasterxml.jackson.annotation.JsonCreator;
import org.jspecify.annotations.Nullable;

/**
 * An API key. The secret is hashed when the configuration is read and not kept.
 *
 * @param name name for logs and reports
 * @param sha256 SHA-256 of the secret, hexadecimal
 */
public record KeyConfig(String name, String sha256) {

  public KeyConfig {
    check(
        sha256.matches("[0-9a-f]{64}"),
        "keys[" + name + "] needs a secret, or a sha256 of 64 hexadecimal digits");
  }

  @JsonCreator
  static KeyConfig of(@Nullable String name, @Nullable String secret, @Nullable String sha256) {
    return new KeyConfig(
        required(name, "keys[].name"),
        secret == null || secret.isEmpty() ? orDefault(sha256, "") : Secrets.sha256(secret));
  }
}
