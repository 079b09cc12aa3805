package io.millrace.workers.bedrock;

import io.millrace.workers.contract.AdapterContract;
import java.util.EnumSet;
import java.util.Set;

class BedrockContractTest implements AdapterContract {

  @Override
  public String kind() {
    return "bedrock";
  }

  @Override
  public String basePath() {
    return "/";
  }

  @Override
  public String chatModel() {
    return "eu.anthropic.claude-x-v1:0";
  }

  @Override
  public String embeddingsModel() {
    return "cohere.embed-multilingual-v3";
  }

  @Override
  public Set<Told> told() {
    return EnumSet.of(Told.CACHED_TOKENS, Told.CACHE_WRITE_TOKENS, Told.CONTENT_FILTER);
  }
}
