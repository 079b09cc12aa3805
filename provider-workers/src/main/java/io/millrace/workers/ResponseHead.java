package io.millrace.workers;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/** Status and headers of a provider's answer. */
public record ResponseHead(int status, Headers headers, Instant receivedAt) {

  /** First value of a header, its name in any case. */
  @FunctionalInterface
  public interface Headers {
    Optional<String> first(String name);
  }

  public boolean isSuccess() {
    return status >= 200 && status < 300;
  }

  /** Media type in lower case, empty when the provider named none. */
  public String contentType() {
    return headers.first("content-type").orElse("").toLowerCase(Locale.ROOT);
  }
}
