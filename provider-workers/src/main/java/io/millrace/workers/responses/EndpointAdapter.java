package io.millrace.workers.responses;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.schemas.AttemptRequested;
import io.millrace.schemas.Verdict;
import io.millrace.schemas.config.UnsupportedParameters;
import io.millrace.workers.Capabilities;
import io.millrace.workers.ClientError;
import io.millrace.workers.Credential;
import io.millrace.workers.Feature;
import io.millrace.workers.Joining;
import io.millrace.workers.LimitNotice;
import io.millrace.workers.Media;
import io.millrace.workers.Outcome;
import io.millrace.workers.ProviderAdapter;
import io.millrace.workers.ResponseHead;
import io.millrace.workers.Translation;
import io.millrace.workers.canonical.Json;
import io.millrace.workers.canonical.ParameterCheck;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Stands before the adapter of every provider. Responses are asked for by chat where the provider
 * has none of its own. What a provider of this kind does not serve is refused in a way that sends
 * the request on to the route's next target: this one cannot, another one may.
 */
final class EndpointAdapter implements ProviderAdapter {

  private static final String RESPONSES = "/v1/responses";
  private static final String CHAT = "/v1/chat/completions";

  private static final Map<String, Feature> FEATURES =
      Map.of("/v1/embeddings", Feature.EMBEDDINGS, "/v1/moderations", Feature.MODERATIONS);

  private final ProviderAdapter provider;
  private final Capabilities capabilities;
  private final boolean hasResponses;
  private final UnsupportedParameters policy;

  /**
   * @param hasResponses true when the provider itself makes Responses
   */
  EndpointAdapter(
      ProviderAdapter provider,
      Capabilities capabilities,
      boolean hasResponses,
      UnsupportedParameters policy) {
    this.provider = provider;
    this.capabilities = capabilities;
    this.hasResponses = hasResponses;
    this.policy = policy;
  }

  @Override
  public URI baseUrl() {
    return provider.baseUrl();
  }

  @Override
  public List<Credential> credentials() {
    return provider.credentials();
  }

  @Override
  public LimitNotice limits(ResponseHead head) {
    return provider.limits(head);
  }

  @Override
  public boolean speaksResponses() {
    return hasResponses;
  }

  @Override
  public Translation translate(AttemptRequested attempt, Instant now) {
    var endpoint = attempt.getEndpoint();
    var feature = FEATURES.get(endpoint);
    if (feature != null && !capabilities.has(feature)) {
      return new Translation.Refused(
          notHere(
              new ClientError(
                  400,
                  "invalid_request_error",
                  null,
                  "model",
                  "The provider of this model does not serve " + endpoint + ".")));
    }
    return endpoint.equals(RESPONSES) && !hasResponses
        ? byChat(attempt, now)
        : provider.translate(attempt, now);
  }

  private Translation byChat(AttemptRequested attempt, Instant now) {
    ObjectNode request;
    try {
      if (!(Json.MAPPER.readTree(Json.bytes(attempt.getBody())) instanceof ObjectNode fields)) {
        return notAnObject();
      }
      request = fields;
    } catch (IOException e) {
      return notAnObject();
    }
    var check = new ParameterCheck(capabilities, policy);
    var chat = ChatRequests.of(request, check);
    if (check.refusal().isPresent()) {
      return new Translation.Refused(notHere(check.refusal().get().error()));
    }
    if (attempt.getStream()) {
      chat.put("stream", true);
    }
    var asked =
        AttemptRequested.newBuilder(attempt)
            .setEndpoint(CHAT)
            .setBody(ByteBuffer.wrap(Json.bytes(chat)))
            .build();
    var frame = ResponseFrame.of(attempt, request, now);
    return mapped(provider.translate(asked, now), frame, attempt.getStream(), check.dropped());
  }

  private static Translation mapped(
      Translation translation, ResponseFrame frame, boolean isStream, List<String> dropped) {
    return switch (translation) {
      case Translation.Refused refused ->
          new Translation.Refused(FieldNames.ofResponses(refused.failure()));
      case Translation.MediaWanted wanted ->
          new Translation.MediaWanted(
              wanted.urls(),
              (Map<String, Media> media) ->
                  mapped(wanted.then().apply(media), frame, isStream, dropped));
      case Translation.Calls calls -> mapped(calls, frame, isStream, dropped);
    };
  }

  /** A Response is one answer, so it takes one call. */
  private static Translation mapped(
      Translation.Calls calls, ResponseFrame frame, boolean isStream, List<String> dropped) {
    if (calls.calls().size() != 1) {
      throw new IllegalStateException("a chat of one choice takes " + calls.calls().size());
    }
    var call = calls.calls().getFirst();
    var all = new ArrayList<>(dropped);
    all.addAll(FieldNames.ofResponses(calls.droppedParameters()));
    var reading =
        new Translation.Call(
            call.http(), () -> new MappedReader(call.reader().get(), frame, isStream));
    return new Translation.Calls(List.of(reading), Joining.NONE, all);
  }

  private static Translation notAnObject() {
    return new Translation.Refused(
        Outcome.Failure.of(
            Verdict.INVALID,
            new ClientError(
                400,
                "invalid_request_error",
                null,
                null,
                "The request's body is not a JSON object.")));
  }

  /** To the dispatcher it is as if the model were not there; the client hears why. */
  private static Outcome.Failure notHere(ClientError error) {
    return Outcome.Failure.of(Verdict.NOT_FOUND, error);
  }
}
