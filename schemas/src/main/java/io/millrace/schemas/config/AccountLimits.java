package io.millrace.schemas.config;

import static io.millrace.schemas.config.Checks.orDefault;
import static io.millrace.schemas.config.Checks.positive;

import com.fasterxml.jackson.annotation.JsonCreator;
import org.jspecify.annotations.Nullable;

/**
 * How fast an account may go.
 *
 * @param requestsPerMinute requests per minute; accepted and not yet enforced in this version
 * @param tokensPerMinute LLM tokens per minute; accepted and not yet enforced in this version
 * @param inFlightMax attempts outstanding at once; default unlimited
 */
public record AccountLimits(long requestsPerMinute, long tokensPerMinute, int inFlightMax) {

  public AccountLimits {
    positive(inFlightMax, "limits.inFlightMax");
  }

  @JsonCreator
  static AccountLimits of(
      @Nullable Long requestsPerMinute,
      @Nullable Long tokensPerMinute,
      @Nullable Integer inFlightMax) {
    return new AccountLimits(
        orDefault(requestsPerMinute, ProviderLimits.UNLIMITED),
        orDefault(tokensPerMinute, ProviderLimits.UNLIMITED),
        orDefault(inFlightMax, Integer.MAX_VALUE));
  }

  /** What holds where the file says nothing. */
  public static AccountLimits defaults() {
    return of(null, null, null);
  }
}
