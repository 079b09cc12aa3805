package io.millrace.schemas.config;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How a provider is asked for OpenAI's Responses. */
public enum ResponsesForm {
  /** As its kind does. */
  @JsonProperty("auto")
  AUTO,
  /** It makes them itself. */
  @JsonProperty("native")
  NATIVE,
  /** It is asked to chat, and what it says is made into a Response. */
  @JsonProperty("chat")
  CHAT
}
