package io.millrace.workers;

import io.millrace.schemas.AttemptRequested;
import java.net.URI;
import java.time.Instant;
import java.util.List;

/**
 * A pure translation between OpenAI's form, which is Millrace's own, and the form of one provider.
 * An adapter does no I/O and keeps no state between attempts; what a call needs to remember lives
 * in the {@link ReplyReader} that belongs to it. Safe for concurrent use.
 */
public interface ProviderAdapter {

  /** Where the provider is; calls name paths below it. */
  URI baseUrl();

  /** What the provider may be called with, at least one; calls use them in turn. */
  List<Credential> credentials();

  /** What to send for the attempt, unsigned, and what will read the answer. */
  Translation translate(AttemptRequested attempt, Instant now);

  /** What the head of an answer says of the provider's limits. */
  default LimitNotice limits(ResponseHead head) {
    return LimitNotice.NONE;
  }

  /** True when it can pass on requests for Responses to providers that make them. */
  default boolean speaksResponses() {
    return false;
  }
}
