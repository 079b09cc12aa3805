package io.millrace.schemas.config;

import static io.millrace.schemas.config.Checks.required;

import com.fasterxml.jackson.annotation.JsonCreator;
import org.jspecify.annotations.Nullable;

/**
 * One place a route can send to.
 *
 * @param provider name of a configured provider
 * @param model that provider's own name of the model
 */
public record TargetConfig(String provider, String model) {

  @JsonCreator
  static TargetConfig of(@Nullable String provider, @Nullable String model) {
    return new TargetConfig(required(provider, "provider"), required(model, "model"));
  }
}
