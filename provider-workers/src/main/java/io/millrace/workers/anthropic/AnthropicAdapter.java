package io.millrace.workers.anthropic;

import io.millrace.schemas.AttemptRequested;
import io.millrace.schemas.config.UnsupportedParameters;
import io.millrace.workers.Credential;
import io.millrace.workers.HttpCall;
import io.millrace.workers.Joining;
import io.millrace.workers.LimitNotice;
import io.millrace.workers.ProviderAdapter;
import io.millrace.workers.ReplyReader;
import io.millrace.workers.ResponseHead;
import io.millrace.workers.Translation;
import io.millrace.workers.canonical.ChatBody;
import io.millrace.workers.canonical.ChatFanOut;
import io.millrace.workers.canonical.ChatStream;
import io.millrace.workers.canonical.Json;
import io.millrace.workers.canonical.ParameterCheck;
import io.millrace.workers.canonical.ProviderFailures;
import io.millrace.workers.canonical.TranslatedReader;
import io.millrace.workers.framing.SseDecoder;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Speaks the Messages API in its version of 2023-06-01, the one that leaves to the model which
 * sampling parameters it takes; {@link ClaudeModel} knows which those are.
 */
public final class AnthropicAdapter implements ProviderAdapter {

  private static final String CHAT = "/v1/chat/completions";
  private static final String MESSAGES = "/v1/messages";
  private static final String VERSION = "2023-06-01";

  /** Fields of Anthropic's own that its clients write beside OpenAI's. */
  private static final Set<String> OWN = Set.of("thinking", "top_k", "metadata", "cache_control");

  private final URI baseUrl;
  private final List<Credential> credentials;
  private final UnsupportedParameters policy;

  public AnthropicAdapter(URI baseUrl, List<Credential> credentials, UnsupportedParameters policy) {
    this.baseUrl = baseUrl;
    this.credentials = List.copyOf(credentials);
    this.policy = policy;
  }

  @Override
  public URI baseUrl() {
    return baseUrl;
  }

  @Override
  public List<Credential> credentials() {
    return credentials;
  }

  @Override
  public LimitNotice limits(ResponseHead head) {
    return AnthropicLimits.of(head);
  }

  @Override
  public Translation translate(AttemptRequested attempt, Instant now) {
    if (!attempt.getEndpoint().equals(CHAT)) {
      return refused("This provider does not serve " + attempt.getEndpoint() + ".");
    }
    ChatBody chat;
    try {
      chat = ChatBody.read(Json.bytes(attempt.getBody()));
    } catch (IOException e) {
      return refused("The request's body is not a JSON object.");
    }
    boolean wantsUsage = chat.wantsUsage();
    int choices = chat.choices();
    var check = new ParameterCheck(AnthropicKinds.CAPABILITIES, policy);
    check.apply(chat.fields(), OWN);
    var body = MessagesRequest.of(chat, attempt.getModel(), attempt.getStream(), check);
    if (check.refusal().isPresent()) {
      return new Translation.Refused(check.refusal().get());
    }
    var asked = ChatStream.Asked.of(attempt, wantsUsage, now);
    Supplier<ReplyReader> reader =
        () ->
            new TranslatedReader(
                asked, attempt.getStream(), new SseDecoder(), new AnthropicDialect());
    var call = new Translation.Call(callOf(attempt, Json.bytes(body)), reader);
    return new Translation.Calls(
        Collections.nCopies(choices, call),
        choices == 1 ? Joining.NONE : new ChatFanOut(asked),
        check.dropped());
  }

  private static HttpCall callOf(AttemptRequested attempt, byte[] body) {
    var headers =
        Map.of(
            "content-type",
            "application/json",
            "accept",
            attempt.getStream() ? "text/event-stream" : "application/json",
            "anthropic-version",
            VERSION,
            "x-client-request-id",
            attempt.getRequestId());
    return new HttpCall("POST", MESSAGES, headers, ByteBuffer.wrap(body));
  }

  private static Translation refused(String message) {
    return new Translation.Refused(ProviderFailures.invalid("", message));
  }
}
