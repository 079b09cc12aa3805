package io.millrace.workers.openai;

import io.millrace.workers.contract.AdapterContract;

class OpenAiCompatibleContractTest implements AdapterContract {

  @Override
  public String kind() {
    return "openai-compatible";
  }

  @Override
  public String basePath() {
    return "/v1";
  }
}
