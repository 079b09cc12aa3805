package io.millrace.workers;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/** What an adapter makes of an attempt. */
public sealed interface Translation {

  /** One HTTP call answers the attempt. */
  static Calls one(HttpCall http, Supplier<ReplyReader> reader, List<String> droppedParameters) {
    return new Calls(List.of(new Call(http, reader)), Joining.NONE, droppedParameters);
  }

  /**
   * HTTP calls that answer the attempt, one as a rule. Several make one answer together, as when a
   * client asks for n choices of a provider that makes one, or for more embeddings than a provider
   * takes at once; when one of them fails the attempt has failed.
   *
   * @param joining makes one answer of several; not asked when there is one call
   * @param droppedParameters names of request fields that the provider cannot take
   */
  record Calls(List<Call> calls, Joining joining, List<String> droppedParameters)
      implements Translation {
    public Calls {
      calls = List.copyOf(calls);
      droppedParameters = List.copyOf(droppedParameters);
      if (calls.isEmpty()) {
        throw new IllegalArgumentException("no calls");
      }
    }
  }

  /**
   * One HTTP call, not yet signed.
   *
   * @param reader makes the reader of one answer; asked again when the call is made again with
   *     another key
   */
  record Call(HttpCall http, Supplier<ReplyReader> reader) {}

  /**
   * The provider wants bytes where the client gave URLs.
   *
   * @param urls what to fetch, each once, as the client wrote it
   * @param then what to make of the attempt with them
   */
  record MediaWanted(List<String> urls, Function<Map<String, Media>, Translation> then)
      implements Translation {
    public MediaWanted {
      urls = List.copyOf(urls);
    }
  }

  /** The provider need not be asked: it cannot do this. */
  record Refused(Outcome.Failure failure) implements Translation {}
}
