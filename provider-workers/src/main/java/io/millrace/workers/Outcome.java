package io.millrace.workers;

import io.millrace.schemas.Usage;
import io.millrace.schemas.Verdict;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What came of a provider call, in OpenAI's terms. */
public sealed interface Outcome {

  Verdict verdict();

  /** LLM tokens used; null when the call used none that are known of. */
  @Nullable Usage usage();

  /**
   * The provider answered.
   *
   * @param verdict COMPLETED, or INCOMPLETE when a choice ended for length or content
   * @param model name the provider answered with
   * @param body OpenAI's JSON
   */
  record Answer(Verdict verdict, String model, Usage usage, ByteBuffer body) implements Outcome {
    public Answer {
      if (verdict != Verdict.COMPLETED && verdict != Verdict.INCOMPLETE) {
        throw new IllegalArgumentException("not the verdict of an answer: " + verdict);
      }
    }

    /** Leaves the body out, which is a completion. */
    @Override
    public String toString() {
      return "Answer[" + verdict + ", " + model + ", " + body.remaining() + " bytes]";
    }
  }

  /**
   * It did not.
   *
   * @param retryAfter the provider's own wish how long to wait; zero when it had none
   */
  record Failure(Verdict verdict, ClientError error, Duration retryAfter, @Nullable Usage usage)
      implements Outcome {

    public static Failure of(Verdict verdict, ClientError error) {
      return new Failure(verdict, error, Duration.ZERO, null);
    }

    public Failure withUsage(@Nullable Usage used) {
      return new Failure(verdict, error, retryAfter, used);
    }
  }
}
