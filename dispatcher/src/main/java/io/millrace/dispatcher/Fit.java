package io.millrace.dispatcher;

import io.millrace.dispatcher.TrackedRequest.Failure;
import io.millrace.schemas.Need;
import io.millrace.schemas.RequestSubmitted;
import io.millrace.schemas.config.PriceConfig;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether a target can serve a request, as far as the catalogue knows its model. What is not known
 * counts as possible.
 */
sealed interface Fit {

  /** Nothing speaks against it. */
  record Fits() implements Fit {}

  /** The input, whose tokens are only estimated, may be too long for it. */
  record Tight() implements Fit {}

  /** It cannot. */
  sealed interface Misfit extends Fit {

    /** What the client is told when no target can. */
    Failure failure();
  }

  /** The input is too long, or it and the output asked for are. */
  record TooLong(String param, int window, long input, long output) implements Misfit {

    @Override
    public Failure failure() {
      return Fit.failure(
          "context_length_exceeded",
          param,
          ("This model's maximum context length is %d tokens. However, your request needs about %d"
                  + " tokens (%d in the %s, %d in the completion).")
              .formatted(window, input + output, input, param, output));
    }
  }

  /** More output is asked for than the model makes. */
  record OutputTooLong(int outputMax, long asked, Names names) implements Misfit {

    @Override
    public Failure failure() {
      return Fit.failure(
          "invalid_value",
          names.outputMax(),
          ("%s is too large: %d. This model supports at most %d completion tokens, whereas you"
                  + " provided %d.")
              .formatted(names.outputMax(), asked, outputMax, asked));
    }
  }

  /** The model cannot do something that the request needs. */
  record Unable(Need need, Names names) implements Misfit {

    @Override
    public Failure failure() {
      return switch (need) {
        case TOOLS -> unsupported("tools", "'tools' is");
        case JSON_SCHEMA ->
            unsupported(names.format(), "'" + names.format() + "' of type 'json_schema' is");
        case VISION -> unsupported(names.input(), "image input in '" + names.input() + "' is");
        case AUDIO -> unsupported(names.input(), "audio is");
        case FILES -> unsupported(names.input(), "file input in '" + names.input() + "' is");
      };
    }

    private static Failure unsupported(String param, String what) {
      return Fit.failure(
          "unsupported_parameter",
          param,
          "Unsupported parameter: " + what + " not supported with this model.");
    }
  }

  /** What a client calls the fields that are blamed. */
  record Names(String input, String format, String outputMax) {
    static final Names CHAT = new Names("messages", "response_format", "max_completion_tokens");
    static final Names OTHERS = new Names("input", "text.format", "max_output_tokens");

    static Names of(RequestSubmitted request) {
      return request.getEndpoint().endsWith("/chat/completions") ? CHAT : OTHERS;
    }
  }

  /** Whether the model of this price, or of none known, can serve the request. */
  static Fit of(RequestSubmitted request, Optional<PriceConfig> price) {
    if (price.isEmpty()) {
      return new Fits();
    }
    var model = price.get();
    for (var need : request.getNeeds()) {
      if (Boolean.FALSE.equals(capability(model, need))) {
        return new Unable(need, Names.of(request));
      }
    }
    long choices = Math.max(1, request.getChoices());
    long output = Math.ceilDiv(request.getOutputTokensMax().orElse(0).longValue(), choices);
    if (model.outputMax() > 0 && output > model.outputMax()) {
      return new OutputTooLong(model.outputMax(), output, Names.of(request));
    }
    return ofLength(request, model.contextWindow(), output);
  }

  /**
   * The estimate counts four bytes for a token. Plain prose has up to a third more, and some models
   * keep room for output beside their window: only what is longer than both allow is sure not to
   * fit.
   */
  private static Fit ofLength(RequestSubmitted request, int window, long output) {
    long input = request.getContextTokensEstimated();
    if (window == 0 || input + output <= window) {
      return new Fits();
    }
    if (input - input / 4 > window || output > window) {
      return new TooLong(Names.of(request).input(), window, input, output);
    }
    return new Tight();
  }

  private static @Nullable Boolean capability(PriceConfig model, Need need) {
    var known = model.capabilities();
    return switch (need) {
      case TOOLS -> known.tools();
      case VISION -> known.vision();
      case JSON_SCHEMA -> known.jsonSchema();
      case AUDIO -> known.audio();
      case FILES -> known.files();
    };
  }

  private static Failure failure(String code, String param, String message) {
    var json =
        """
        {"error":{"message":"%s","type":"invalid_request_error","param":"%s","code":"%s"}}"""
            .formatted(message, param, code);
    return new Failure(400, code, "", "", ByteBuffer.wrap(json.getBytes(StandardCharsets.UTF_8)));
  }
}
