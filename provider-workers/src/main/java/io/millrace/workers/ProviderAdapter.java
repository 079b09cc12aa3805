package io.millrace.workers;

import io.millrace.schemas.AttemptRequested;
import java.net.URI;
import java.time.Instant;

/**
 * A pure translation between OpenAI's form, which is Millrace's own, and the form of one provider.
 * An adapter does no I/O and keeps no state between attempts; what a call needs to remember lives
 * in the {@link ReplyReader} that belongs to it. Safe for concurrent use.
 */
public interface ProviderAdapter {

  /** Where the provider is; calls name paths below it. */
  URI baseUrl();

  /** What to send for the attempt, and what will read the answer. */
  Translation translate(AttemptRequested attempt, Instant now);
}
