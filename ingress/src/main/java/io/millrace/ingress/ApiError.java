package io.millrace.ingress;

import org.jspecify.annotations.Nullable;

/**
 * Why a call is refused, in OpenAI's form. Messages name fields and values of options, never
 * content.
 *
 * @param param path of the field at fault, such as messages[0].content
 */
public record ApiError(Kind kind, String message, @Nullable String param) {

  private static final String INVALID = "invalid_request_error";
  private static final String UNAVAILABLE = "service_unavailable_error";

  /** Every way to be refused, with its status, type and code. */
  public enum Kind {
    INVALID_JSON(400, INVALID, null),
    INVALID_REQUEST(400, INVALID, null),
    MISSING_PARAMETER(400, INVALID, "missing_required_parameter"),
    INVALID_TYPE(400, INVALID, "invalid_type"),
    INVALID_VALUE(400, INVALID, "invalid_value"),
    UNSUPPORTED_VALUE(400, INVALID, "unsupported_value"),
    UNSUPPORTED_PARAMETER(400, INVALID, "unsupported_parameter"),
    INTEGER_BELOW_MIN(400, INVALID, "integer_below_min_value"),
    INTEGER_ABOVE_MAX(400, INVALID, "integer_above_max_value"),
    DECIMAL_BELOW_MIN(400, INVALID, "decimal_below_min_value"),
    DECIMAL_ABOVE_MAX(400, INVALID, "decimal_above_max_value"),
    STRING_TOO_LONG(400, INVALID, "string_above_max_length"),
    EMPTY_ARRAY(400, INVALID, "empty_array"),
    ARRAY_TOO_LONG(400, INVALID, "array_above_max_length"),
    NO_API_KEY(401, INVALID, null),
    INVALID_API_KEY(401, INVALID, "invalid_api_key"),
    UNKNOWN_URL(404, INVALID, null),
    MODEL_NOT_FOUND(404, INVALID, "model_not_found"),
    NOT_FOUND(404, INVALID, null),
    PREVIOUS_RESPONSE_NOT_FOUND(400, INVALID, "previous_response_not_found"),
    WRONG_METHOD(405, INVALID, null),
    IDEMPOTENCY_KEY_REUSED(409, INVALID, "idempotency_key_reused"),
    BODY_TOO_LARGE(413, INVALID, null),
    INTERNAL(500, "server_error", null),
    OVERLOADED(503, UNAVAILABLE, "server_is_overloaded"),
    STREAM_INTERRUPTED(502, "server_error", "stream_interrupted"),
    WAIT_TIMEOUT(504, "server_error", "wait_timeout");

    private final int status;
    private final String type;
    private final @Nullable String code;

    Kind(int status, String type, @Nullable String code) {
      this.status = status;
      this.type = type;
      this.code = code;
    }

    public int status() {
      return status;
    }

    /** OpenAI's word for it; null where it has none. */
    public @Nullable String code() {
      return code;
    }

    /** True when the same call may work a moment later. */
    public boolean isTransient() {
      return this == OVERLOADED;
    }

    /** True when the client's SDK would try again by its status and must not. */
    public boolean forbidsRetry() {
      return this == IDEMPOTENCY_KEY_REUSED || this == WAIT_TIMEOUT;
    }
  }

  public static ApiError of(Kind kind, String message) {
    return new ApiError(kind, message, null);
  }

  /** Buffers are full: come back in a moment. */
  public static ApiError overloaded() {
    return of(Kind.OVERLOADED, "The server is overloaded. Please try again in a moment.");
  }

  /** The log does not acknowledge: nothing was promised. */
  public static ApiError notAccepted() {
    return of(
        Kind.OVERLOADED, "The request could not be stored and was not accepted. Please try again.");
  }

  public static ApiError requestNotFound(String id) {
    return new ApiError(Kind.NOT_FOUND, "No such request: " + shown(id), "id");
  }

  /** The same of an object that stands in this field of another. */
  public ApiError inside(String field) {
    return new ApiError(kind, message, param == null ? field : field + "." + param);
  }

  public static ApiError fileNotFound(String id) {
    return new ApiError(Kind.NOT_FOUND, "No such File object: " + shown(id), "id");
  }

  public static ApiError batchNotFound(String id) {
    return new ApiError(Kind.NOT_FOUND, "No batch found with id '" + shown(id) + "'.", "id");
  }

  /** The blob store does not answer. */
  public static ApiError storeAway() {
    return of(Kind.OVERLOADED, "The storage of large bodies does not answer. Please try again.");
  }

  public static ApiError responseNotFound(String id) {
    return new ApiError(
        Kind.NOT_FOUND, "Response with id '" + shown(id) + "' not found.", "response_id");
  }

  public static ApiError previousResponseNotFound(String id) {
    return new ApiError(
        Kind.PREVIOUS_RESPONSE_NOT_FOUND,
        "Previous response with id '" + shown(id) + "' not found.",
        "previous_response_id");
  }

  public static ApiError modelNotFound(String model) {
    return new ApiError(
        Kind.MODEL_NOT_FOUND,
        "The model `" + shown(model) + "` does not exist or you do not have access to it.",
        "model");
  }

  /** The body, as OpenAI writes it. */
  public byte[] toJson() {
    return Json.bytes(
        json -> {
          json.writeStartObject();
          json.writeFieldName("error");
          writeTo(json);
          json.writeEndObject();
        });
  }

  /** The object under {@code error}. */
  public void writeTo(com.fasterxml.jackson.core.JsonGenerator json) throws java.io.IOException {
    json.writeStartObject();
    json.writeStringField("message", message);
    json.writeStringField("type", kind.type);
    json.writeStringField("param", param);
    json.writeStringField("code", kind.code);
    json.writeEndObject();
  }

  /** A value short enough for a message. */
  static String shown(String value) {
    return value.length() <= 100 ? value : value.substring(0, 100) + "…";
  }
}
