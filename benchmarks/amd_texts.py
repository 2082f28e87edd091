"""What persons and machines say when they answer, in three languages: sentences to learn from, and others to be tested by.

The two sets share no sentence and no voice. Real greetings differ more than these; what is measured with them is whether
one way of listening is better than another, not how often either errs in the field.
"""

from typing import NamedTuple


class Lines(NamedTuple):
    """The sentences of one language and one set."""

    persons: tuple[str, ...]
    machines: tuple[str, ...]


VOICES = {
    "en": ("en-us", "en-gb"),
    "zh": ("cmn",),
    "es": ("es", "es-419"),
}
"""espeak-ng's voices of each language."""
TRAINING_VARIANTS = ("m1", "m2", "m3", "f1", "f2", "Andy", "Annie", "Denis")
TEST_VARIANTS = ("m4", "m5", "m7", "f3", "f4", "f5", "Alicia", "Marco")

TRAINING = {
    "en": Lines(
        persons=(
            "Hello?",
            "Hello.",
            "Yes?",
            "Hi.",
            "Hello, hello?",
            "Good morning.",
            "Hi, this is Tom.",
            "Jane speaking.",
            "Smith residence, hello.",
            "Hello, who is this?",
            "Good afternoon, Baker and Sons, Lucy speaking.",
            "Yes, hello, this is Peter Jones.",
            "Accounts department, good morning, how can I help?",
            "Speaking.",
        ),
        machines=(
            "Hello, you have reached Tom Smith. I can't take your call right now. Please leave a message after the tone.",
            "Hi, this is Jane. Leave me a message and I will call you back.",
            "The person you are calling is not available. Please leave a message after the beep.",
            "You have reached the voice mail box of five five five, one two three four. At the tone, please record your message.",
            "We are not at home at the moment. Please leave your name and number after the tone, and we will call you back.",
            "Thank you for calling Baker and Sons. Our office is closed now. Please call again on Monday.",
            "Your call has been forwarded to an automatic voice message system.",
            "Hello. We can't come to the phone. You know what to do.",
        ),
    ),
    "zh": Lines(
        persons=(
            "喂？",
            "你好。",
            "喂，你好。",
            "喂，哪位？",
            "你好，请讲。",
            "是的，我是。",
            "喂，喂？",
            "您好，我是小王。",
            "您好，财务部，请问您找谁？",
            "早上好。",
        ),
        machines=(
            "您好，您拨打的用户暂时无法接听，请在提示音后留言。",
            "你好，我是小王，我现在不方便接电话，请留下您的姓名和电话号码，我会尽快给您回电话。",
            "您拨打的电话已转接到语音信箱，请在嘀声后留言。",
            "对不起，我们现在已经下班，请在工作时间再打来，谢谢。",
            "这里是李先生的家，我们现在不在家，有事请留言。",
        ),
    ),
    "es": Lines(
        persons=(
            "¿Hola?",
            "¿Sí?",
            "Diga.",
            "¿Bueno?",
            "Hola, buenos días.",
            "Sí, dígame.",
            "¿Aló?",
            "Hola, soy Pedro.",
            "Buenos días, talleres García, le atiende Marta.",
            "Hola, ¿quién es?",
        ),
        machines=(
            "Hola, has llamado a Pedro García. Ahora no puedo atenderte. Deja tu mensaje después de la señal.",
            "El teléfono al que llama está apagado o fuera de cobertura en este momento.",
            "Este es el buzón de voz de Marta. Por favor, deje su mensaje después de oír la señal.",
            "No estamos en casa. Deje su nombre y su número de teléfono y le llamaremos.",
            "Gracias por llamar a talleres García. Nuestro horario es de nueve a seis, de lunes a viernes.",
        ),
    ),
}

TEST = {
    "en": Lines(
        persons=(
            "Hello?",
            "Yeah?",
            "Hello, Anna here.",
            "Yes, good evening.",
            "Hey, what's up?",
            "Miller speaking, good day.",
            "Hello? Who is calling please?",
            "Good morning, City Garage, this is Bob.",
            "Thank you for calling Green Dental, this is Susan, how may I help you today?",
            "Yes, this is she.",
        ),
        machines=(
            "Hey, it's Mike. I'm probably in a meeting, so leave me a message and I'll get back to you. Bye.",
            "You've reached the Miller family. Nobody is here to answer your call. Please speak after the beep, thank you.",
            "Leave a message.",
            "The customer you have dialled cannot take your call at present. To leave a message, hold the line.",
            "Green Dental is closed at this time. If this is an emergency, press one, otherwise leave your name and number.",
            "Hi! Sorry I missed you. Please leave your details and I'll return your call as soon as I can.",
        ),
    ),
    "zh": Lines(
        persons=(
            "喂，您好？",
            "谁呀？",
            "你好，哪里？",
            "喂，我是张丽。",
            "嗯，你说。",
            "您好，这里是前台，请问有什么可以帮您？",
            "喂。",
            "晚上好，请问您是哪位？",
        ),
        machines=(
            "您好，这里是张丽的语音信箱，我暂时不能接听您的来电，请您在听到嘀的一声之后留言。",
            "对不起，您所拨打的号码正在通话中，请稍后再拨。",
            "请留言。",
            "欢迎致电阳光口腔，现在是非营业时间，请留下您的联系方式，我们会尽快与您联系。",
            "我现在很忙，晚点给你回电话，有急事请发短信。",
        ),
    ),
    "es": Lines(
        persons=(
            "¿Quién habla?",
            "Hola, ¿qué tal?",
            "Dígame.",
            "Buenas tardes.",
            "Sí, soy yo.",
            "Habla Carmen.",
            "Clínica Sol, buenas tardes, le habla Lucía, ¿en qué puedo ayudarle?",
            "¿Sí, hola?",
        ),
        machines=(
            "Ha contactado con el contestador automático de Carmen López. En este momento no puedo responder; hable tras el tono.",
            "Soy Luis, no estoy disponible. Déjame un recado y te llamo luego, gracias.",
            "Deje su mensaje.",
            "La Clínica Sol está cerrada. Para urgencias, marque uno. Si lo prefiere, deje sus datos y le devolveremos la llamada.",
            "El número marcado no contesta. Su llamada será transferida al buzón de mensajes.",
        ),
    ),
}
