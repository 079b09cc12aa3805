package io.millrace.schemas.config;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What becomes of request fields that a provider cannot take. */
public enum UnsupportedParameters {
  /** Left out, and named in the header {@code Millrace-Dropped-Parameters} of the answer. */
  @JsonProperty("drop")
  DROP,
  /** Refused with 400 {@code unsupported_parameter}, unless the value asks for nothing. */
  @JsonProperty("reject")
  REJECT
}
