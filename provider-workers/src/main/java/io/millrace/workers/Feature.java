package io.millrace.workers;

/** What a client of OpenAI's face can ask for beyond plain text, one row of the provider table. */
public enum Feature {
  STREAMING("streamed answers", "stream"),
  EMBEDDINGS("embeddings", ""),
  /** Of its own where it is YES, by chat where it is EMULATED. */
  RESPONSES("Responses", ""),
  MODERATIONS("moderations", ""),
  IMAGES("images", "messages"),
  AUDIO("audio", "messages"),
  FILES("files (PDF)", "messages"),
  TOOLS("tools, parallel calls and results", "tools"),
  TOOL_CHOICE("tool_choice required or named", "tool_choice"),
  PARALLEL_TOOL_CALLS("parallel_tool_calls: false", "parallel_tool_calls"),
  JSON_SCHEMA("response_format json_schema", "response_format"),
  JSON_OBJECT("response_format json_object", "response_format"),
  TEMPERATURE("temperature", "temperature"),
  TOP_P("top_p", "top_p"),
  STOP("stop", "stop"),
  SEED("seed", "seed"),
  CHOICES("n", "n"),
  LOGPROBS("logprobs, top_logprobs", "logprobs"),
  LOGIT_BIAS("logit_bias", "logit_bias"),
  PENALTIES("frequency_penalty, presence_penalty", "frequency_penalty"),
  REASONING_EFFORT("reasoning_effort", "reasoning_effort"),
  VERBOSITY("verbosity", "verbosity"),
  USER("user, safety_identifier", "user"),
  SERVICE_TIER("service_tier", "service_tier"),
  PREDICTION("prediction", "prediction"),
  WEB_SEARCH("web_search_options", "web_search_options"),
  AUDIO_OUTPUT("modalities, audio", "modalities"),
  PROMPT_CACHE("prompt_cache_key, prompt_cache_retention", "prompt_cache_key"),
  STORED("store, metadata", "store"),
  DIMENSIONS("embedding dimensions", "dimensions");

  private final String title;
  private final String parameter;

  Feature(String title, String parameter) {
    this.title = title;
    this.parameter = parameter;
  }

  /** How the provider table calls it. */
  public String title() {
    return title;
  }

  /** The request field to blame when it cannot be had. */
  public String parameter() {
    return parameter;
  }
}
