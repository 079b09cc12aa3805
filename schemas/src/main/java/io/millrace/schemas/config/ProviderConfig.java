package io.millrace.schemas.config;

import static io.millrace.schemas.config.Checks.check;
import static io.millrace.schemas.config.Checks.orDefault;
import static io.millrace.schemas.config.Checks.required;

import com.fasterxml.jackson.annotation.JsonCreator;
import org.jspecify.annotations.Nullable;

/**
 * A provider that workers can call.
 *
 * @param name name that routes, prices and topics use: a-z, 0-9 and hyphen
 * @param kind which adapter speaks to it, such as openai
 * @param baseUrl where it is, ending as its kind's own base URL does; default that of the kind
 * @param apiKey its key; default none
 * @param region where it runs; default unknown
 * @param limits what it allows; default no limit but 1,000 calls in flight
 * @param timeouts how long to wait for it
 */
public record ProviderConfig(
    String name,
    String kind,
    String baseUrl,
    String apiKey,
    String region,
    ProviderLimits limits,
    ProviderTimeouts timeouts) {

  /** Hides the key. */
  @Override
  public String toString() {
    return "ProviderConfig[name=" + name + ", kind=" + kind + ", baseUrl=" + baseUrl + "]";
  }

  public ProviderConfig {
    check(
        name.matches("[a-z0-9-]{1,40}"),
        "providers[].name must be 1 to 40 of a-z, 0-9 and hyphen: " + name);
  }

  @JsonCreator
  static ProviderConfig of(
      @Nullable String name,
      @Nullable String kind,
      @Nullable String baseUrl,
      @Nullable String apiKey,
      @Nullable String region,
      @Nullable ProviderLimits limits,
      @Nullable ProviderTimeouts timeouts) {
    return new ProviderConfig(
        required(name, "name"),
        required(kind, "kind"),
        orDefault(baseUrl, ""),
        orDefault(apiKey, ""),
        orDefault(region, ""),
        orDefault(limits, ProviderLimits.defaults()),
        orDefault(timeouts, ProviderTimeouts.defaults()));
  }
}
